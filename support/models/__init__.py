from support.models.desk import CannedAnswer, Holiday, ServiceLevel, Unit
from support.models.tickets import Attachment, Entry, Ticket

__all__ = ["Attachment", "CannedAnswer", "Entry", "Holiday", "ServiceLevel", "Ticket", "Unit"]
