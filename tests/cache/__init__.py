"""Tests of the plan cache, against folders and servers that fail."""
