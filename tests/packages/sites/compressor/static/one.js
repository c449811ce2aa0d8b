var one = 1;  // comment
