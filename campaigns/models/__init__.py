from campaigns.models.account import Account
from campaigns.models.campaign import Campaign
from campaigns.models.delivery import Delivery, DeliveryLog
from campaigns.models.post import Post, PostVariant, ReviewTask
from campaigns.models.wall import WallEntry

__all__ = [
    "Account",
    "Campaign",
    "Delivery",
    "DeliveryLog",
    "Post",
    "PostVariant",
    "ReviewTask",
    "WallEntry",
]
