"""What ``freehold doctor`` looks at: each check finds what is wrong, and how it is mended."""
