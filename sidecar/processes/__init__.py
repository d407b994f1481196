"""Servers as processes of this machine: launching, watching, measuring and ending them."""
