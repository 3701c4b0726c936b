"""Field types: one module per type behind one protocol, all registered in ``registry``."""
