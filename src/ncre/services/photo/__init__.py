"""Use cases of photos: in, judged, out; compared with what facts name."""
