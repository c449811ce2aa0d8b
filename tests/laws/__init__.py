"""Laws: what holds for every template and every context, tried with random ones."""
