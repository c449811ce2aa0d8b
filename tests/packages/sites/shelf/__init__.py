"""Not a package's site: books and authors, the data that several sites show."""
