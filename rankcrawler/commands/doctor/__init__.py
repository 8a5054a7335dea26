"""The checks of `rankcrawler doctor`: each module looks at one part, and changes nothing."""
