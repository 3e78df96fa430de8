"""The whole device on a bundle with somebody's own five classes, one output beside them, and side 160."""
