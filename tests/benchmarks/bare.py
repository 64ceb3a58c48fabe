"""What the portal is measured against: the least that Flask and the database can do.

One empty view, and one view that stores one row durably through the database's own driver.
"""

import json
import os
import sqlite3
import threading
import uuid

import psycopg
from flask import Flask, request

app = Flask(__name__, static_folder=None)
local = threading.local()
URL = os.environ["BARE_DATABASE"]
SQL = "INSERT INTO bare (id, tenant_id, decision, accepted) VALUES ({0}, {0}, {0}, {0})"


def connection():
    if not hasattr(local, "connection"):
        if URL.startswith("postgresql"):
            local.connection, local.sql = psycopg.connect(URL), SQL.format("%s")
        else:
            local.connection = sqlite3.connect(URL, timeout=30, isolation_level=None)
            local.connection.execute("PRAGMA synchronous = FULL")
            local.sql = SQL.format("?")
    return local.connection


@app.get("/")
def empty():
    return ""


@app.post("/insert")
def insert():
    body = request.get_json()
    row = (str(uuid.uuid4()), 1, body["decision"], json.dumps(body.get("accepted", [])))
    cursor = connection().execute(local.sql, row)
    if URL.startswith("postgresql"):
        connection().commit()
    assert cursor.rowcount == 1
    return "", 201
