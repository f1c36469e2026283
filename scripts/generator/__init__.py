"""How service models become C++: see scripts/generate_service.py."""
