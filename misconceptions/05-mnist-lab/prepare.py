"""prepare(images): known answers."""

import numpy as np


# %% probe
def probe_prepare(prepare):
    """Convert small images of several shapes; look at the argument afterwards."""
    images = np.array([[[0, 51, 102], [153, 204, 17]], [[34, 0, 85], [119, 68, 136]]], dtype=np.uint8)
    grey = np.array([[[100, 200], [50, 25]]], dtype=np.uint8)

    def again():
        given = images.copy()
        prepare(given)
        return given

    yield lambda: prepare(images.copy())
    yield lambda: prepare(grey.copy())
    yield lambda: np.shape(prepare(np.zeros((3, 8, 8), dtype=np.uint8)))
    yield again


# %% wrong: not-scaled
# hint: Your pixels still run from 0 to 255. Divide them by 255.
def prepare(images):
    return images.reshape(len(images), -1).astype(float)


# %% wrong: divides-by-256
# hint: You divide by 256. The largest pixel is 255, so white must become exactly 1.
def prepare(images):
    return images.reshape(len(images), -1) / 256


# %% wrong: divides-by-the-largest
# hint: You divide by the largest pixel of the data. Then the same grey means something else in other data:
#  divide by 255.
def prepare(images):
    return images.reshape(len(images), -1) / images.max()


# %% wrong: divides-each-image-by-its-largest
# hint: You divide each image by its own largest pixel. All images need the same scale: divide by 255.
def prepare(images):
    X = images.reshape(len(images), -1).astype(float)
    return X / X.max(axis=1, keepdims=True)


# %% wrong: whole-numbers
# hint: Your result holds whole numbers: almost every pixel became 0. Use / and floats, not //.
def prepare(images):
    return images.reshape(len(images), -1) // 255


# %% wrong: keeps-the-squares
# hint: Your result still has height and width. Put the pixels of each image into one row.
def prepare(images):
    return images / 255


# %% wrong: everything-in-one-row
# hint: You put all images into one row. Each image has a row of its own.
def prepare(images):
    return images.ravel() / 255


# %% wrong: column-by-column
# hint: You read the pixels column by column. Read the lines of each image one after the other.
def prepare(images):
    return images.transpose(0, 2, 1).reshape(len(images), -1) / 255


# %% wrong: mixes-the-images
# hint: You mix pixels of different images in one row. Keep the first axis: it counts the images.
def prepare(images):
    return images.T.reshape(len(images), -1) / 255


# %% wrong: examples-in-columns
# hint: Your images are the columns of the result. Each image must be a row.
def prepare(images):
    return images.reshape(len(images), -1).T / 255


# %% wrong: centres-the-pixels
# hint: Your numbers run from -1 to 1 or have the mean 0. Here they must run from 0 to 1: only divide by 255.
def prepare(images):
    return images.reshape(len(images), -1) / 127.5 - 1


# %% wrong: turned-into-negatives
# hint: You turn black into white. Keep 0 as 0 and make 255 to 1.
def prepare(images):
    return 1 - images.reshape(len(images), -1) / 255


# %% wrong: multiplies-before-floats
# hint: You calculate with uint8, which starts again at 0 after 255. Turn the pixels into floats first.
def prepare(images):
    return (images.reshape(len(images), -1) * np.uint8(2)) / 510


# %% right: loops
def prepare(images):
    rows = []
    for image in images:
        row = []
        for line in image:
            for pixel in line:
                row.append(float(pixel) / 255)
        rows.append(row)
    return np.array(rows)


# %% right: float32-with-a-print
def prepare(images):
    m, height, width = images.shape
    print("preparing", m, "images")
    X = np.empty((m, height * width), dtype=np.float32)
    X[:] = images.reshape(m, height * width)
    X *= np.float32(1 / 255)
    return X


# %% right: concatenates-lines
def prepare(images):
    scaled = np.divide(images, 255.0)
    return np.hstack([scaled[:, i, :] for i in range(images.shape[1])])
