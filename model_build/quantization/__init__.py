"""From the float network to full-integer INT8: ranges, bias correction, QAT, conversion."""
