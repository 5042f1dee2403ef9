# What a page or a chat says; one file a face.
