"""The texts of the page: found in the code, and kept in a catalog a language (`make translations`)."""
