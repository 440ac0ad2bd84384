"""English texts of the clients."""

MESSAGES = {
    "client.gateway_of_another_user": (
        "the socket {path} belongs to user {user}, but this worker runs as user {own}; not connecting, because a "
        "gateway sees every report and connection: run the worker and the scheduler as the same user"
    ),
}
