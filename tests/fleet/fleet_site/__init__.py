"""The demo site as servers run it: settings of production, metrics, a middleware of the tests."""
