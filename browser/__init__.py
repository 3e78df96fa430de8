"""The page that classifies without a device: its sources, and what makes a site of them and a bundle."""
