"""Tests of several tenants in one installation."""
