"""Project package of the demo site: settings, URLs and the engine switch."""
