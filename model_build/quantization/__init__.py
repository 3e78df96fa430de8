"""From the float network to full-integer INT8: ranges, rounded weights, biases, QAT, conversion."""
