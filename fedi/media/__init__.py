"""Pictures of ours: pictures.py reads them and takes out what they tell of their maker, files.py
keeps them on disk under the hash of their content, sending.py sends them."""
