"""Clients of our own services, and the framed sockets that they speak over."""

from mulgil.client.errors import ClientError, PeerError
from mulgil.client.frame_socket import FrameSocket
from mulgil.client.gateway_socket import dial_gateway

__all__ = ["ClientError", "FrameSocket", "PeerError", "dial_gateway"]
