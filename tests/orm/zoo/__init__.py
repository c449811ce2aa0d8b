"""The models of the ORM tests."""
