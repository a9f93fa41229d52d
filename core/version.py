"""The version that the command line, the console and bundles name."""

VERSION = "0.1.0"
