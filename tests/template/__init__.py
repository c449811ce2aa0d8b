"""Tests of the template language: each construct on stock Django and on ours."""
