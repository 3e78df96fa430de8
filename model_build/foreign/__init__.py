"""Pictures that show no lesion, and the head of the network that knows them."""
