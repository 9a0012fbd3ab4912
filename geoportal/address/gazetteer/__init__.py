"""The compiled gazetteer (地名辞典) as it is read: arrays, hash tables, nodes, regions."""
