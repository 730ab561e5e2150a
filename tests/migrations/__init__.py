"""Migrations on files of every age."""
