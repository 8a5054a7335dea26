"""Who may ask, and for what: the checks that every request passes before the application sees it."""
