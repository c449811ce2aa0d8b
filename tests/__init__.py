"""Tests of djust_backend: every case runs on stock Django and on ours."""
