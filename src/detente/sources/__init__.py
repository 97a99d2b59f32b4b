"""Sources: one folder a kind of system. Each turns what it is given into batches of the port `app.ports.exports`."""
