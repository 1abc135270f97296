/* Blurs an image of RGB pixels: each is the mean of those around it, as far as there are any. */
#include <offloop.h>

enum { RGB = 3 };

typedef struct {
  ol_buf pixels, blurred;
  size_t width, height;
  uint32_t radius;
} blur_state;

/* Of the square around it what lies within the image. */
static void blur_pixel(blur_state* s, size_t x, size_t y) {
  size_t r = s->radius, top = y > r ? y - r : 0, left = x > r ? x - r : 0;
  size_t bottom = r < s->height - y ? y + r + 1 : s->height;
  size_t right = r < s->width - x ? x + r + 1 : s->width;
  uint32_t sums[RGB] = {0};
  for (size_t row = top; row < bottom; row++) {
    const uint8_t* pixels = s->pixels.data + row * s->width * RGB;
    for (size_t i = left * RGB; i < right * RGB; i += RGB)
      for (size_t c = 0; c < RGB; c++) sums[c] += pixels[i + c];
  }
  uint8_t* pixel = s->blurred.data + (y * s->width + x) * RGB;
  size_t count = (bottom - top) * (right - left);
  for (size_t c = 0; c < RGB; c++) pixel[c] = (uint8_t) (sums[c] / count);
}

/* Writes rows that no other call writes. A row may take long, so each of them asks for a stop. */
static int blur_rows(ol_job* job, void* state, size_t begin, size_t end) {
  blur_state* s = state;
  for (size_t y = begin; y < end && !ol_stopped(job); y++) {
    for (size_t x = 0; x < s->width; x++) blur_pixel(s, x, y);
    ol_progress_add(job, 1);
  }
  return ol_status(job);
}

static int blur_execute(ol_job* job, void* state) {
  blur_state* s = state;
  s->height = s->pixels.len / RGB / s->width;
  if (s->pixels.len == 0 || s->pixels.len != s->width * s->height * RGB)
    return ol_fail(job, "ERR_INVALID_ARG_VALUE", "blur: %zu bytes are no rows of %zu pixels",
                   s->pixels.len, s->width);
  ol_progress(job, 0, (double) s->height);
  int status = ol_buf_new(job, &s->blurred, s->pixels.len);
  return status == OL_OK ? ol_each(job, s->height, blur_rows) : status;
}

static const ol_worker blur = {
  OL_WORKER("blur", blur_state, blur_execute),
  .fields =
    OL_FIELDS(OL_ARG(blur_state, pixels, .pinned = true),
              OL_ARG(blur_state, width, .min = 1, .max = UINT32_MAX / RGB),
              OL_OPTION(blur_state, radius, .def = 2, .max = 100), OL_RET(blur_state, blurred)),
};

OL_MODULE(&blur)
