"""The title and explanation of each problem ``code``.

The title belongs to the code and never depends on the request (RFC 9457, section 3.1.3).
"""

from collections.abc import Mapping
from typing import Final

from api.problems.access_explanations import ACCESS_EXPLANATIONS, AGAIN
from api.problems.archive_explanations import ARCHIVE_EXPLANATIONS
from api.problems.backup_explanations import BACKUP_EXPLANATIONS
from api.problems.factor_explanations import FACTOR_EXPLANATIONS
from api.problems.provider_explanations import PROVIDER_EXPLANATIONS
from api.problems.tenant_explanations import TENANT_EXPLANATIONS

__all__ = ["EXPLANATIONS", "title_of"]

_ACRONYMS: Final = {"json": "JSON", "csv": "CSV", "api": "API", "http": "HTTP", "url": "URL", "id": "ID"}

_DATABASE: Final = (
    "The tenant's database could not be reached, or did not carry out the statement in time. " + AGAIN + " A "
    "write may have been carried out all the same: send it with an Idempotency-Key, so that it is done once."
)

EXPLANATIONS: Final[Mapping[str, tuple[str, str]]] = {
    **FACTOR_EXPLANATIONS,
    **PROVIDER_EXPLANATIONS,
    **BACKUP_EXPLANATIONS,
    # the request as such
    "bad-request": ("Bad request", "The server does not understand the request. The detail says why."),
    "malformed-request": (
        "Malformed request",
        "What was sent is not HTTP/1.1 as RFC 9112 defines it, so the connection was closed.",
    ),
    "malformed-address": (
        "Malformed address",
        "A percent sign in the path or the query must be followed by two hexadecimal digits, and what is "
        "encoded must be UTF-8. A percent sign itself is written as %25.",
    ),
    "head-too-large": (
        "Head too large",
        "The request line and the headers together, or the trailers of a chunked body, are larger than 64 "
        "KiB.",
    ),
    "target-too-long": (
        "Target too long",
        "The address of the request is longer than 16 KiB. Send a long filter as JSON, to POST "
        "/api/v1/data/{object}/query.",
    ),
    "request-too-slow": (
        "Request too slow",
        "The request line and the headers did not arrive in time (HEAD_TIMEOUT, 10 seconds by default).",
    ),
    "too-many-connections": (
        "Too many connections",
        "This process, or the address that the request came from, has as many connections open as are "
        "allowed. Use connections again for several requests, close those that are not needed, and try "
        "again.",
    ),
    "invalid-host": (
        "Invalid host",
        "The request needs exactly one Host header with a host name and, where it is not the scheme's "
        "own, a port: acme.example.com or acme.localhost:8000.",
    ),
    "not-found": (
        "Not found",
        "Nothing is served at this address: check the path, and whether it belongs to this kind of host. "
        "/schema lists what this host serves. The path must be written without encoded slashes, encoded "
        "dots and empty parts.",
    ),
    "method-not-allowed": (
        "Method not allowed",
        "The address takes other methods; the Allow header names them.",
    ),
    "unsupported-media-type": (
        "Unsupported media type",
        "The body must be of the media type that the route takes, mostly application/json in UTF-8, and "
        "say so in its Content-Type header.",
    ),
    "unsupported-content-encoding": (
        "Unsupported content encoding",
        "Bodies of requests are taken as they are. Send the body uncompressed, without a Content-Encoding "
        "header.",
    ),
    "malformed-json": (
        "Malformed JSON",
        "The body is not a JSON document in UTF-8, or is nested too deeply.",
    ),
    "malformed-multipart": (
        "Malformed multipart",
        "The body is not multipart/form-data as RFC 7578 defines it.",
    ),
    "too-many-values": (
        "Too many values",
        "A JSON document may have 500,000 values at most; a list or an object counts as five. Send it in "
        "parts.",
    ),
    "body-too-large": (
        "Body too large",
        "The body is larger than this server takes; the detail names the limit. Send many records in "
        "several requests, or as a CSV import.",
    ),
    "upload-not-stored": (
        "Upload not stored",
        "This machine has no room for the upload at present. Nothing of it is left; send it again later.",
    ),
    "body-too-slow": ("Body too slow", "The body did not arrive in time. Send it in smaller parts."),
    "validation": (
        "Validation failed",
        "The body is valid JSON, and some of its fields are invalid. Each entry of errors has a field, what "
        "is wrong with it and, if there is a similar one, the name or value that was probably intended.",
    ),
    "invalid-query": (
        "Invalid query",
        "A query parameter, field or operator is unknown, or its value cannot be used. Nothing is "
        "ignored: each entry of errors names one, with a suggestion where one is near.",
    ),
    "invalid-if-match": (
        "Invalid If-Match",
        'If-Match takes entity tags as an ETag header gave them, in quotation marks: "7", or several '
        "separated "
        "by commas, or *.",
    ),
    "invalid-if-none-match": (
        "Invalid If-None-Match",
        "With PUT, If-None-Match takes * alone: create the record only if it does not exist.",
    ),
    # who is asking, and people
    **ACCESS_EXPLANATIONS,
    **TENANT_EXPLANATIONS,
    **ARCHIVE_EXPLANATIONS,
    "password-changing": ("Password changing", "Another change of this password is running. " + AGAIN),
    "password-not-changed": (
        "Password not changed",
        "The change of the database user's password was not finished; the old and the new one may both be "
        "valid. Ask for the change again.",
    ),
    "creation-failed": (
        "Creation failed",
        "The tenant could not be created. What had been created is removed again; the detail says whether "
        "that is finished.",
    ),
    "deletion-failed": (
        "Deletion failed",
        "The deletion of the tenant could not be finished; it is tried again.",
    ),
    "provisioning-failed": ("Provisioning failed", "A change of a whole tenant failed. The detail says why."),
    # jobs
    "job-not-found": (
        "Job not found",
        "There is no job with this id. Finished ones are deleted after 90 days.",
    ),
    "job-not-retryable": (
        "Job not retryable",
        "Only a job that failed or waits can be retried. The detail has its state.",
    ),
    "job-not-cancellable": (
        "Job not cancellable",
        "The job has ended, or must be completed. The detail says which.",
    ),
    "job-lost": (
        "Job lost",
        "Another process has taken over the work on this tenant. Read the tenant again.",
    ),
    "job-failed": ("Job failed", "The job cannot succeed. The detail says why."),
    "job-error": ("Job error", "Something is wrong with a job. The detail says what."),
    # objects, fields, records
    "object-not-found": ("Object not found", "The tenant has no object with this name."),
    "field-not-found": ("Field not found", "The object has no field with this name."),
    "record-not-found": (
        "Record not found",
        "There is no such record, it is in the trash, or the caller's roles do not show it.",
    ),
    "app-not-found": ("App not found", "There is no such app that the caller may see."),
    "page-not-found": ("Page not found", "The app has no such page that the caller may see."),
    "view-not-found": ("View not found", "There is no such view, or it is not shared with the caller."),
    "change-refused": ("Change refused", "The change of the object or field cannot be made as things are."),
    "conversion-refused": (
        "Conversion refused",
        "A field can only be given a type that holds all the values it has.",
    ),
    "name-taken": ("Name taken", "Another one has this name already. Choose another name."),
    "taken": ("Value taken", "Another one has this value already; it must be unique."),
    "object-busy": (
        "Object busy",
        "Another change of the tenant's objects, or a long write, is running. " + AGAIN,
    ),
    "standard-kept": (
        "Standard object kept",
        "Objects and fields that come with the product cannot be dropped, renamed or given another type.",
    ),
    "system-kept": (
        "System role kept",
        "Roles and permissions that come with a tenant cannot be renamed or deleted.",
    ),
    "field-in-index": (
        "Field in an index",
        "An index of the object is over this field. Drop the index first: change the object's indexes.",
    ),
    "still-looked-up": (
        "Still looked up",
        "Lookup fields of other objects refer to this object. Drop those fields first; errors names them.",
    ),
    "still-referenced": (
        "Still referenced",
        "Other records refer to this one, by lookups that restrict its deletion; errors names them.",
    ),
    "too-many-dependents": (
        "Too many dependents",
        "More records depend on this one than can be deleted in one transaction. Delete some of them first.",
    ),
    "other-number": (
        "Other number of records",
        "More or fewer records match the filter than the request expects, so nothing was done. Look at them "
        "again.",
    ),
    "would-break-data": (
        "Would break data",
        "Records that exist do not fit the change; records names how many, and the first of them.",
    ),
    "would-lose-data": (
        "Would lose data",
        "What is to be dropped holds data. Confirm it with ?confirm= and its name.",
    ),
    "unique-conflict": (
        "Unique conflict",
        "Another record, perhaps one in the trash, has the same value in a field that must be unique.",
    ),
    "bulk-refused": (
        "Bulk refused",
        "All or none of the records were to be written, and some cannot be. errors names them by position.",
    ),
    "unreadable-csv": ("Unreadable CSV", "The file is not CSV in an encoding that is understood."),
    "cursor-invalid": (
        "Invalid cursor",
        "Use a cursor as page.next or page.prev gave it, on the same tenant.",
    ),
    "cursor-mismatch": (
        "Cursor mismatch",
        "The cursor belongs to another filter or sort. Keep both, or begin again without a cursor.",
    ),
    "invalid-cursor": ("Invalid cursor", "Use a cursor as page.next gave it, in the same list."),
    "precondition-failed": ("Precondition failed", "The record is not as the request demands."),
    "version-mismatch": (
        "Version mismatch",
        "The record or definition has been changed since the version that If-Match names. current is what "
        "it is now: merge the changes, and send them with its version.",
    ),
    "already-there": (
        "Already there",
        "With If-None-Match: * the record was only to be created, and it exists; current is the record.",
    ),
    "nothing-to-match": (
        "Nothing to match",
        "With If-Match the record was only to be changed, and it does not exist.",
    ),
    # idempotency keys
    "invalid-idempotency-key": (
        "Invalid idempotency key",
        "An Idempotency-Key has 1 to 255 visible ASCII characters, and is given once.",
    ),
    "idempotency-busy": (
        "Idempotency key busy",
        "The first request with this key is still running. " + AGAIN,
    ),
    "idempotency-mismatch": (
        "Idempotency key mismatch",
        "The key was used for another body. Use a new key for each new request.",
    ),
    # not now
    "internal-error": (
        "Internal error",
        "The fault is the server's. Give its operators the requestId: the log has the cause under it.",
    ),
    "database-unavailable": ("Database unavailable", _DATABASE),
    "pool-timeout": ("Database busy", _DATABASE),
    "credentials-unreadable": (
        "Credentials unreadable",
        "The stored credentials of this tenant's database cannot be opened. An operator has to put the "
        "encryption key back that they were sealed with, or to change the tenant's database password.",
    ),
    "engines-busy": ("Databases busy", "As many tenants' databases as may be open are in use. " + AGAIN),
    "tables-differ": (
        "Tables differ",
        "Tables of this tenant are not as its definitions say, and cannot be made so without loss: a table "
        "is missing, or a column has another type. Trying again does not help. Who may manage objects finds "
        "the differences at GET /api/v1/objects/drift; POST there repairs what can be repaired, the rest "
        "takes a backup or a change of the field.",
    ),
    "query-too-slow": (
        "Query too slow",
        "The query took longer than a statement may (STATEMENT_TIMEOUT, 30 seconds unless the operators set "
        "another limit), and was stopped on the database. Narrow the filter, add an index on the fields that "
        "it filters and sorts by, use startswith instead of contains, expand less, leave out count=exact. "
        "Of a write nothing was done: send it in smaller portions.",
    ),
    "too-many-at-once": (
        "Too many at once",
        "Uploads and exports take long, so that a tenant may have only a few of them at once. Send the "
        "request again when one of them has ended.",
    ),
    "too-busy": ("Too busy", "The server has as much to do as it takes on. " + AGAIN),
    "not-ready": ("Not ready", "Something that the service depends on does not respond; errors names it."),
    "service-unavailable": ("Service unavailable", "The server cannot do this just now. " + AGAIN),
}
"""The title and the explanation by code."""


def title_of(code: str) -> str:
    """Return the title of a problem, in sentence case.

    >>> title_of("malformed-json"), title_of("unknown-csv-column")
    ('Malformed JSON', 'Unknown CSV column')
    """
    if code in EXPLANATIONS:
        return EXPLANATIONS[code][0]
    words = " ".join(_ACRONYMS.get(word, word) for word in code.split("-"))
    return words[:1].upper() + words[1:]
