"""Melipayamak's REST service, shared by other brands of payamak-panel.com (D3): HTTP is always 200, ``Value`` text."""
