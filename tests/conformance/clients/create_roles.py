"""Makes roles from several threads until the server is gone; tells which were acknowledged."""

import itertools
import sys
import threading

import boto3
from asked import TRUST
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

THREADS = 4
round_name = sys.argv[1]
config = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=5)
clients = [boto3.client("iam", config=config) for _ in range(THREADS)]
lock = threading.Lock()


def create(thread: int) -> None:
    for number in itertools.count():
        name = f"{round_name}-{thread}-{number}"
        try:
            clients[thread].create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
        except (BotoCoreError, ClientError):
            return
        with lock:
            print(name, flush=True)


threads = [threading.Thread(target=create, args=(thread,)) for thread in range(THREADS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
