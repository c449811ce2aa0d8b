"""What plans cost where they are kept, and what the first page of a process gains from a store."""
