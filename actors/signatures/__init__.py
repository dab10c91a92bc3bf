"""Signatures: who sent this request, and who wrote this document.

message       an HTTP request as a signature sees it; digests, dates, targets
keys          RSA and Ed25519 keys, PEM and Multikey; the only sign and verify
cavage        the dialect nearly everybody speaks (draft-cavage-http-signatures-12)
rfc9421       its standard successor (HTTP Message Signatures)
authenticate  start here: what we demand of either dialect, and whose key it was
proofs        signatures inside documents (FEP-8b32)
"""
