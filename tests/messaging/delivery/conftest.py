from tests.messaging.delivery.bench import bench

__all__ = ["bench"]
