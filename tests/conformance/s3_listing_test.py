"""S3's listings, version 1 and 2: order, pages, prefixes, delimiters, and every letter of a key."""

import itertools

import pytest
from s3_client import new_name, refused
from s3_raw import send

# In the order of their UTF-8, which is not that of UTF-16: the last two change places there.
ODD_KEYS = [
    "\x01control",
    "\ttab",
    "\nfeed",
    "\rreturn",
    " leading blank",
    "\"double\" and 'single'",
    "%41 percent %",
    "&amp; & <b>",
    "+plus+ +",
    ".",
    "..",
    "../up",
    "./here",
    "//two",
    "/lead",
    "?query=1&more#part",
    "a b/c  d",
    "a/../b",
    "a/./b",
    "a//b",
    "back\\slash",
    "trail/",
    "trailing blank ",
    "{[(~*|^`:;,@$!=)]}",
    "ümläut ñ",
    "日本語/犬",
    "\uff5e wide",
    "😀/😀",
]
TREE = ["a", "b/1", "b/2", "b/c/3", "d", "e/4", "f--5--6", "f--5--7", "f--8"]


@pytest.fixture(scope="module")
def odd(s3) -> str:
    return filled(s3, reversed(ODD_KEYS))


@pytest.fixture(scope="module")
def tree(s3) -> str:
    return filled(s3, TREE)


@pytest.fixture(scope="module")
def thousand(s3) -> tuple[str, list[str]]:
    keys = [f"many/{number:04}" for number in range(1005)]
    return filled(s3, keys), keys


def filled(s3, keys) -> str:
    bucket = new_name("listed")
    s3.create_bucket(Bucket=bucket)
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    return bucket


def keys_of(page: dict) -> list[str]:
    return [each["Key"] for each in page.get("Contents", [])]


def prefixes_of(page: dict) -> list[str]:
    return [each["Prefix"] for each in page.get("CommonPrefixes", [])]


def test_odd_keys_are_in_the_order_of_their_utf_8():
    assert sorted(ODD_KEYS, key=str.encode) == ODD_KEYS
    assert sorted(ODD_KEYS, key=lambda key: key.encode("utf-16-be")) != ODD_KEYS


def test_every_letter_comes_back(s3, odd):
    assert keys_of(s3.list_objects_v2(Bucket=odd)) == ODD_KEYS
    assert keys_of(s3.list_objects(Bucket=odd)) == ODD_KEYS
    versions = s3.list_object_versions(Bucket=odd)["Versions"]
    assert [each["Key"] for each in versions] == ODD_KEYS


@pytest.mark.parametrize("key", ODD_KEYS)
def test_a_listed_key_is_found_under_its_name(s3, odd, key):
    assert s3.get_object(Bucket=odd, Key=key)["Body"].read() == key.encode()
    assert keys_of(s3.list_objects_v2(Bucket=odd, Prefix=key))[0] == key


@pytest.mark.parametrize("size", [1, 2, 7, len(ODD_KEYS)])
@pytest.mark.parametrize("listing", ["list_objects_v2", "list_objects"])
def test_all_pages_are_all_keys(s3, odd, listing, size):
    pages = list(
        s3.get_paginator(listing).paginate(Bucket=odd, PaginationConfig={"PageSize": size})
    )
    assert list(itertools.chain.from_iterable(keys_of(page) for page in pages)) == ODD_KEYS
    assert all(len(keys_of(page)) == size for page in pages[:-1])
    assert [page["IsTruncated"] for page in pages] == [True] * (len(pages) - 1) + [False]


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize("listing", ["list_objects_v2", "list_objects"])
def test_all_pages_are_all_prefixes(s3, odd, listing, size):
    folders = {key[: key.index("/") + 1] for key in ODD_KEYS if "/" in key}
    pages = s3.get_paginator(listing).paginate(
        Bucket=odd, Delimiter="/", PaginationConfig={"PageSize": size}
    )
    pages = list(pages)
    assert [prefix for page in pages for prefix in prefixes_of(page)] == sorted(
        folders, key=str.encode
    )
    assert [key for page in pages for key in keys_of(page)] == [
        key for key in ODD_KEYS if "/" not in key
    ]
    assert all(len(keys_of(page)) + len(prefixes_of(page)) == size for page in pages[:-1])


@pytest.mark.parametrize(
    ("asked", "keys", "prefixes"),
    [
        ({}, TREE, []),
        ({"Prefix": ""}, TREE, []),
        ({"Delimiter": ""}, TREE, []),
        ({"Prefix": "b"}, ["b/1", "b/2", "b/c/3"], []),
        ({"Prefix": "b/1"}, ["b/1"], []),
        ({"Prefix": "nothing"}, [], []),
        ({"Delimiter": "/"}, ["a", "d", "f--5--6", "f--5--7", "f--8"], ["b/", "e/"]),
        ({"Prefix": "b/", "Delimiter": "/"}, ["b/1", "b/2"], ["b/c/"]),
        ({"Prefix": "b", "Delimiter": "/"}, [], ["b/"]),
        ({"Delimiter": "--"}, ["a", "b/1", "b/2", "b/c/3", "d", "e/4"], ["f--"]),
        ({"Prefix": "f--", "Delimiter": "--"}, ["f--8"], ["f--5--"]),
        ({"Prefix": "f-", "Delimiter": "-"}, [], ["f--"]),
        ({"Delimiter": "nowhere"}, TREE, []),
    ],
)
def test_prefixes_and_delimiters_choose(s3, tree, asked, keys, prefixes):
    for listing in (s3.list_objects_v2, s3.list_objects):
        page = listing(Bucket=tree, **asked)
        assert (keys_of(page), prefixes_of(page)) == (keys, prefixes)
        assert page["IsTruncated"] is False
        assert page["Prefix"] == asked.get("Prefix", "")
    assert s3.list_objects_v2(Bucket=tree, **asked)["KeyCount"] == len(keys) + len(prefixes)


def test_an_object_is_described_in_the_list(s3, tree):
    head = s3.head_object(Bucket=tree, Key="a")
    (found,) = s3.list_objects_v2(Bucket=tree, Prefix="a")["Contents"]
    assert found["ETag"] == head["ETag"]
    assert found["Size"] == 1
    assert found["StorageClass"] == "STANDARD"
    assert found["LastModified"].replace(microsecond=0) == head["LastModified"]
    assert "Owner" not in found
    owner = s3.list_buckets()["Owner"]["ID"]
    (found,) = s3.list_objects_v2(Bucket=tree, Prefix="a", FetchOwner=True)["Contents"]
    assert found["Owner"]["ID"] == owner
    (found,) = s3.list_objects(Bucket=tree, Prefix="a")["Contents"]
    assert found["Owner"]["ID"] == owner


@pytest.mark.parametrize("after", ["", "a", "b", "b/2", "c", "f--8", "z", "b/1\x00"])
def test_a_list_starts_after_what_is_asked(s3, tree, after):
    expected = [key for key in TREE if key > after]
    page = s3.list_objects_v2(Bucket=tree, StartAfter=after)
    assert keys_of(page) == expected
    assert page.get("StartAfter", "") == after
    page = s3.list_objects(Bucket=tree, Marker=after)
    assert (keys_of(page), page["Marker"]) == (expected, after)


def test_a_list_goes_on_behind_the_folder_it_ended_with(s3, tree):
    asked = {"Bucket": tree, "Delimiter": "/", "MaxKeys": 2}
    first = s3.list_objects(**asked)
    assert (keys_of(first), prefixes_of(first)) == (["a"], ["b/"])
    assert (first["IsTruncated"], first["NextMarker"]) == (True, "b/")
    second = s3.list_objects(**asked, Marker="b/")
    assert (keys_of(second), prefixes_of(second)) == (["d"], ["e/"])


def test_version_1_tells_the_next_marker_with_a_delimiter_only(s3, tree):
    page = s3.list_objects(Bucket=tree, MaxKeys=2)
    assert page["IsTruncated"] is True
    assert "NextMarker" not in page


def test_a_token_goes_on_with_what_was_asked(s3, tree):
    asked = {"Bucket": tree, "Prefix": "b/", "MaxKeys": 1}
    first = s3.list_objects_v2(**asked)
    assert (keys_of(first), first["KeyCount"]) == (["b/1"], 1)
    token = first["NextContinuationToken"]
    second = s3.list_objects_v2(**asked, ContinuationToken=token)
    assert (keys_of(second), second["ContinuationToken"]) == (["b/2"], token)
    # The token outweighs where the list was to start.
    again = s3.list_objects_v2(**asked, ContinuationToken=token, StartAfter="a")
    assert keys_of(again) == ["b/2"]


def test_a_token_that_is_none_is_refused(s3, tree):
    asked = {"Bucket": tree, "ContinuationToken": "nonsense"}
    assert refused(s3.list_objects_v2, **asked) == (400, "InvalidArgument")


@pytest.mark.parametrize("listing", ["list_objects_v2", "list_objects"])
def test_no_keys_at_all_can_be_asked_for(s3, tree, listing):
    page = getattr(s3, listing)(Bucket=tree, MaxKeys=0)
    assert (keys_of(page), page["IsTruncated"], page["MaxKeys"]) == ([], False, 0)
    assert page.get("KeyCount", 0) == 0


@pytest.mark.parametrize("wrong", ["-1", "some", "99999999999999999999"])
def test_a_number_of_keys_that_is_none_is_refused(environment, tree, wrong):
    for query in (f"list-type=2&max-keys={wrong}", f"max-keys={wrong}"):
        answer = send(environment, f"/{tree}?{query}")
        assert answer.refused == (400, "InvalidArgument")


@pytest.mark.parametrize("asked", [None, 1000, 1001, 5000])
def test_a_page_holds_1000_keys_at_most(s3, thousand, asked):
    bucket, keys = thousand
    more = {} if asked is None else {"MaxKeys": asked}
    for listing in (s3.list_objects_v2, s3.list_objects):
        page = listing(Bucket=bucket, **more)
        assert keys_of(page) == keys[:1000]
        assert (page["IsTruncated"], page["MaxKeys"]) == (True, 1000)


def test_pages_of_1000_are_all_keys(s3, thousand):
    bucket, keys = thousand
    for listing in ("list_objects_v2", "list_objects"):
        pages = s3.get_paginator(listing).paginate(Bucket=bucket)
        assert [key for page in pages for key in keys_of(page)] == keys
    folders = s3.list_objects_v2(Bucket=bucket, Delimiter="/", MaxKeys=1)
    assert (prefixes_of(folders), folders["IsTruncated"]) == (["many/"], False)


def test_a_full_last_page_is_the_last(s3, tree):
    page = s3.list_objects_v2(Bucket=tree, MaxKeys=len(TREE))
    assert (keys_of(page), page["IsTruncated"]) == (TREE, False)
    assert "NextContinuationToken" not in page
    page = s3.list_objects_v2(Bucket=tree, Delimiter="--", MaxKeys=7)
    assert (prefixes_of(page), page["IsTruncated"]) == (["f--"], False)


def test_an_empty_bucket_has_an_empty_list(s3, bucket):
    page = s3.list_objects_v2(Bucket=bucket)
    assert {"Contents", "CommonPrefixes", "NextContinuationToken"} & set(page) == set()
    assert (page["Name"], page["KeyCount"], page["MaxKeys"]) == (bucket, 0, 1000)


def test_names_are_encoded_as_awss_are_when_asked(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a b+c(3)/ü*%.-_", Body=b"")
    # boto3 decodes what it asked for itself, not what it was told to ask for.
    asked = {"Bucket": bucket, "EncodingType": "url", "Prefix": "a b"}
    for listing in (s3.list_objects_v2, s3.list_objects):
        page = listing(**asked)
        assert page["EncodingType"] == "url"
        assert keys_of(page) == ["a+b%2Bc%283%29/%C3%BC*%25.-_"]
        assert page["Prefix"] == "a+b"
        page = listing(**asked, Delimiter="/")
        assert (prefixes_of(page), page["Delimiter"]) == (["a+b%2Bc%283%29/"], "/")


def test_names_are_plain_when_not_asked(environment, bucket, s3):
    s3.put_object(Bucket=bucket, Key="a b+c/ü & <犬>", Body=b"")
    answer = send(environment, f"/{bucket}?list-type=2")
    assert "<Key>a b+c/ü &amp; &lt;犬&gt;</Key>" in answer.body.decode()
    wrong = send(environment, f"/{bucket}?encoding-type=morse&list-type=2")
    assert wrong.refused == (400, "InvalidArgument")
