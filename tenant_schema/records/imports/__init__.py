"""Imports that run as jobs: received with a request, written in the background, portion by portion."""
