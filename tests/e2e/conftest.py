from running_product import product

__all__ = ["product"]
