"""Pictures of ours: pictures.py reads them and takes out what they tell of their owner, files.py
keeps them on disk under the hash of their content and serves them."""
