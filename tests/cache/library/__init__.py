"""An app of which there are two releases: a migration gives the second one's books a subtitle."""
