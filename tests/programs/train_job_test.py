"""`kennel-train job`: the built-in classifier in a folder laid out like /opt/ml."""

import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from kennel_program import PROGRAMS, PROJECT_PYTHON, SECONDS_MAX, Kennel, listing

MODEL = {"kennel.json", "labels.txt", "model.pth", "graph.xml", "graph.bin"}
OUTPUT = {"report.html", "metrics.csv", "results.json"}
FAST = {"epochs": "3", "precision": "f32"}
SPLITS = {"train": "train", "validation": "valid", "test": "test"}


@dataclass(frozen=True)
class Instance:
    """One instance of a training job, as the platform lays it out."""

    folder: Path
    cache: Path

    def config(self, name: str, value: dict) -> None:
        folder = self.folder / "input" / "config"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.json").write_text(json.dumps(value))

    def channel(self, name: str, source: Path) -> None:
        target = self.folder / "input" / "data" / name
        shutil.copytree(source, target, dirs_exist_ok=True)

    def lay_out(self, photos: Path, hyperparameters: dict, distribution="FullyReplicated") -> None:
        channels = {}
        for name, split in SPLITS.items():
            self.channel(name, photos / split)
            channels[name] = {"TrainingInputMode": "File", "S3DistributionType": distribution}
        self.config("inputdataconfig", channels)
        self.config("hyperparameters", hyperparameters)

    def start(self, **environment: str) -> subprocess.Popen:
        surroundings = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder / "home"),
            "SAGEMAKER_BASE_DIR": str(self.folder),
            "KENNEL_CACHE": str(self.cache),
            "KENNEL_THREADS": "1",
            "TRAINING_JOB_NAME": "dogs-1",
        }
        return subprocess.Popen(
            [PROGRAMS / "kennel-train", "job"],
            env=surroundings | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, **environment: str) -> tuple[int, str]:
        process = self.start(**environment)
        log, _ = process.communicate(timeout=SECONDS_MAX)
        return process.returncode, log

    def succeeds(self, **environment: str) -> str:
        code, log = self.run(**environment)
        assert code == 0, log
        return log

    def refuses(self) -> str:
        """What the failure file says."""
        code, log = self.run()
        assert code == 1, log
        failure = (self.folder / "output" / "failure").read_text()
        assert log.splitlines()[-1] == failure
        return failure

    def packed(self) -> Path:
        """The model as the platform packs it."""
        path = self.folder / "model.tar.gz"
        with tarfile.open(path, "w:gz") as archive:
            archive.add(self.folder / "model", ".")
        return path


@pytest.fixture
def job(tmp_path, shared_kennel, photos) -> Instance:
    """On all splits of the photos, with the features of all tests."""
    instance = Instance(tmp_path / "ml", shared_kennel.cache)
    instance.lay_out(photos, FAST)
    return instance


@pytest.fixture(scope="module")
def done(tmp_path_factory, shared_kennel, photos) -> tuple[Instance, str]:
    """A finished job and its log. Not to be changed."""
    instance = Instance(tmp_path_factory.mktemp("job") / "ml", shared_kennel.cache)
    instance.lay_out(photos, FAST)
    return instance, instance.succeeds()


def test_job_leaves_the_files_of_the_contract(done):
    instance, _ = done
    assert listing(instance.folder / "model") == MODEL
    assert listing(instance.folder / "output") == {"data", *(f"data/{name}" for name in OUTPUT)}
    assert listing(instance.folder / "checkpoints") == {"checkpoint.pth"}


def test_log_has_plain_lines_in_both_forms(done):
    _, log = done
    lines = log.splitlines()
    assert lines[0].startswith("kennel ")
    assert lines[0].endswith("dogs-1, algo-1 of 1")
    assert "data: 6 classes, 84 train / 18 valid / 18 test photos" in lines
    assert re.search(r"^features: 120 photos, \d+ from the cache", log, re.MULTILINE)
    assert len(re.findall(r"Epoch\S* Train-accuracy=(\S*)", log)) == 3
    accuracies = re.findall(r"Epoch\S* Validation-accuracy=(\S*)", log)
    own = re.findall(r"^epoch=\d+ .* valid_top1=(\S+) seconds=\S+$", log, re.MULTILINE)
    assert accuracies == own
    assert re.search(r"^test: test_top1=\S+ test_top5=\S+ test_loss=\S+ photos=18$", log, re.M)
    assert "\r" not in log


def test_model_is_the_one_that_kennel_train_makes(done, trained, kennel, photos):
    instance, _ = done
    run = kennel.train(photos, "same", "--epochs", 3, "--precision", "f32")
    with tarfile.open(run / "model.tar.gz") as archive:
        assert (
            archive.extractfile("model.pth").read()
            == (instance.folder / "model" / "model.pth").read_bytes()
        )


def test_packed_model_names_photos(done, kennel, photos):
    instance, _ = done
    package = instance.packed()
    photo = next((photos / "test").glob("*/*.jpg"))
    answer = kennel.read_json("predict", package, photo)
    assert answer
    measured = kennel.read_json("evaluate", package, photos, "--precision", "f32")
    results = json.loads((instance.folder / "output/data/results.json").read_text())
    assert measured["top1"] == pytest.approx(results["test"]["top1"])


def test_model_opens_in_torch(done):
    instance, _ = done
    script = (
        "import sys, torch; state = torch.load(sys.argv[1], weights_only=True); "
        "print(tuple(state['fc.2.weight'].shape))"
    )
    answer = subprocess.run(
        [PROJECT_PYTHON, "-c", script, instance.folder / "model" / "model.pth"],
        capture_output=True,
        text=True,
        check=True,
        timeout=SECONDS_MAX,
    )
    assert answer.stdout.strip() == "(6, 256)"


def test_hyperparameters_of_sagemaker_reach_the_training(job):
    job.config(
        "hyperparameters",
        {
            "epochs": '"2"',
            "mini_batch_size": "16",
            "learning_rate": "0.01",
            "optimizer": '"sgd"',
            "num_layers": "18",
            "use_pretrained_model": "1",
            "image_shape": "3,224,224",
            "num_classes": "6",
            "num_training_samples": "85",
            "precision_dtype": "float32",
            "_tuning_objective_metric": "validation:accuracy",
            "sagemaker_region": "us-east-1",
        },
    )
    log = job.succeeds()
    settings = json.loads((job.folder / "output/data/results.json").read_text())["settings"]
    assert (settings["batch_size"], settings["optimizer"], settings["epochs"]) == (16, "sgd", 2)
    assert settings["backbone"] == "efficientnet-lite0"
    assert "num_layers=18: the pretrained weights of resnet18 are not on this machine" in log
    assert "num_training_samples=85, but there are 84 photos to train on" in log


REFUSED = {
    "use_pretrained_model": ("0", "training from scratch is not available; set it to 1"),
    "augmentation_type": ("crop", "leave it out"),
    "optimizer": ("rmsprop", "set it to sgd, adam or adamw"),
    "multi_label": ("1", "a photo has one class here"),
    "image_shape": ("3,28,28", "3,224,224"),
    "resize": ("512", "leave it out"),
    "lr_scheduler_step": ("10,20", "set schedule to cosine or constant"),
    "precision_dtype": ("float16", "set precision to bf16"),
    "top_k": ("2", "set it to 5"),
    "use_weighted_loss": ("1", "set it to 0"),
    "wings": ("2", "there is no such hyperparameter"),
}


def test_everything_that_is_refused_is_named_at_once(job):
    job.config("hyperparameters", {name: value for name, (value, _) in REFUSED.items()})
    failure = job.refuses()
    assert failure.startswith(f"CustomerError: {len(REFUSED)} hyperparameters cannot be used: ")
    for name, (value, reason) in REFUSED.items():
        assert f"{name}={value}: " in failure
        assert reason in failure
    assert listing(job.folder / "output") == {"failure"}


def test_number_of_classes_is_checked(job):
    job.config("hyperparameters", FAST | {"num_classes": "133"})
    assert "num_classes=133: the photos are of 6 classes" in job.refuses()


def test_channel_that_is_not_known_is_named(job, photos):
    job.channel("model", photos / "train")
    channels = {name: {"TrainingInputMode": "File"} for name in ("train", "model")}
    job.config("inputdataconfig", channels)
    assert job.refuses().startswith("CustomerError: channel model is not known")


def test_one_channel_holds_all_splits(tmp_path, shared_kennel, photos):
    job = Instance(tmp_path / "ml", shared_kennel.cache)
    job.channel("training", photos)
    job.config("inputdataconfig", {"training": {"TrainingInputMode": "File"}})
    job.config("hyperparameters", FAST)
    assert "data: 6 classes, 84 train / 18 valid / 18 test photos" in job.succeeds()


def test_photos_of_known_digest_are_not_read(job, photos, shared_kennel, done):
    digests = {}
    for name in SPLITS:
        digests[name] = {}
        for photo in (job.folder / "input/data" / name).glob("*/*.jpg"):
            relative = str(photo.relative_to(job.folder / "input/data" / name))
            digests[name][relative] = hashlib.sha256(photo.read_bytes()).hexdigest()
            photo.write_bytes(b"")
    job.config("inputdigests", digests)
    assert "features: 120 photos, 120 from the cache, 0 computed" in job.succeeds()


def test_job_goes_on_from_its_checkpoint(job):
    job.succeeds()
    job.config("hyperparameters", FAST)
    shutil.rmtree(job.folder / "model")
    log = job.succeeds()
    assert "checkpoint: going on after epoch 3 of 3" in log
    assert listing(job.folder / "model") == MODEL


def test_checkpoint_of_another_job_is_left(job):
    job.succeeds()
    job.config("hyperparameters", FAST | {"learning_rate": "0.01"})
    log = job.succeeds()
    assert "note: training begins anew: " in log
    assert len(re.findall(r"Validation-accuracy", log)) == 3


def test_job_that_is_stopped_keeps_the_best_so_far(job, kennel, photos):
    job.config("hyperparameters", FAST | {"epochs": "100000"})
    process = job.start()
    for line in process.stdout:
        if line.startswith("epoch=2 "):
            process.send_signal(signal.SIGTERM)
            break
    log, _ = process.communicate(timeout=SECONDS_MAX)
    assert process.returncode == 0
    assert "stopped: the model is the best so far" in log
    assert kennel.read_json("predict", job.packed(), next((photos / "test").glob("*/*.jpg")))


def free_port_address() -> str:
    """An address of this machine's own, where the exchange's port is free."""
    for number in range(1, 255):
        address = f"127.91.{os.getpid() % 250}.{number}"
        with socket.socket() as attempt:
            try:
                attempt.bind((address, 7890))
                return address
            except OSError:
                continue
    raise AssertionError("no address is free")


def run_all(instances: list[Instance]) -> list[tuple[int, str]]:
    leader = free_port_address()
    hosts = ",".join(f"algo-{number}={leader}" for number in range(1, len(instances) + 1))
    names = [f"algo-{number}" for number in range(1, len(instances) + 1)]
    processes = []
    for instance, name in zip(instances, names, strict=True):
        instance.config("resourceconfig", {"current_host": name, "hosts": names})
        processes.append(instance.start(KENNEL_HOSTS=hosts, KENNEL_JOB_TOKEN="secret"))
    logs = [process.communicate(timeout=SECONDS_MAX)[0] for process in processes]
    return [(process.returncode, log) for process, log in zip(processes, logs, strict=True)]


def cold_instances(folder: Path, count: int) -> list[Instance]:
    """Each with a cache of its own."""
    return [
        Instance(folder / f"algo-{number}" / "ml", folder / f"algo-{number}" / "cache")
        for number in range(1, count + 1)
    ]


def test_two_instances_make_the_model_of_one(tmp_path, few_photos, few_kennel):
    alone = Instance(tmp_path / "alone", few_kennel.cache)
    alone.lay_out(few_photos, FAST)
    alone.succeeds()
    instances = cold_instances(tmp_path, 2)
    for instance in instances:
        instance.lay_out(few_photos, FAST)
    (code, log), (other_code, other_log) = run_all(instances)
    assert (code, other_code) == (0, 0), log + other_log
    assert "algo-1: took the features of 15 photos from algo-2" in log
    assert "algo-2: features of 15 photos, sent to algo-1; the head is trained there" in other_log
    scores = [
        json.loads((one.folder / "output/data/results.json").read_text())["valid"]["top1"]
        for one in (alone, instances[0])
    ]
    assert scores[0] == scores[1]
    assert not (instances[1].folder / "model").exists()


def test_sharded_instances_train_on_the_photos_of_all(tmp_path, few_photos):
    instances = cold_instances(tmp_path, 3)
    for index, instance in enumerate(instances):
        instance.lay_out(few_photos, FAST, "ShardedByS3Key")
        kept = sorted((instance.folder / "input/data").glob("*/*/*.jpg"))
        for number, photo in enumerate(kept):
            if number % 3 != index:
                photo.unlink()
    ended = run_all(instances)
    assert [code for code, _ in ended] == [0, 0, 0], ended
    assert re.search(r"data: 3 classes, \d+ train / \d+ valid / \d+ test photos", ended[0][1])
    found = json.loads((instances[0].folder / "output/data/results.json").read_text())["photos"]
    assert found["train"] + found["valid"] + found["test"] == 30
    assert found["left_out"] == []


def test_instance_that_fails_ends_the_others(tmp_path, few_photos):
    instances = cold_instances(tmp_path, 2)
    for instance in instances:
        instance.lay_out(few_photos, FAST)
    shutil.rmtree(instances[1].folder / "input/data/train")
    (instances[1].folder / "input/data/train").mkdir()
    (code, log), (other_code, other_log) = run_all(instances)
    assert (code, other_code) == (1, 1)
    assert "train holds no photos" in other_log
    assert "InternalServerError: algo-2: " in log


def test_job_is_not_among_the_commands_for_people(kennel: Kennel):
    listed = kennel.succeeds("--help").stdout
    assert not [line for line in listed.splitlines() if line.split()[:1] == ["job"]]
    assert "training job" in kennel.succeeds("job", "--help").stdout
