-- Room in each page for the next state of its runs: an unlock then changes one page and no index.
ALTER TABLE activations SET (fillfactor = 70);
