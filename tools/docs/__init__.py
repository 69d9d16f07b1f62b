"""The documentation: pages generated from contracts, checks of what pages say, and the site."""
