// `kennel train`: from a folder of photos to a run folder.
//
//   metrics.csv       one line an epoch
//   results.json      settings, scores, timings; written last: a run that has it is whole
//   report.html       the same as a page
//   model.tar.gz      the model package
//   checkpoint.pth    where training stands, for --resume
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/disk.h"
#include "base/error.h"
#include "dataset/photo_listing.h"
#include "engine/evaluation.h"
#include "engine/feature_extraction.h"
#include "network/backbone.h"
#include "train/head_training.h"

namespace kennel::train {

struct RunOptions {
  base::Path data;
  base::Path folder;  // the run's; made if need be
  // Where they differ from `kennel train`'s: the photos, when somebody has listed them, and the
  // places of checkpoint and model (a folder of the package's files).
  std::optional<dataset::PhotoListing> listing;
  std::optional<base::Path> checkpoint;
  std::optional<base::Path> model_folder;
  const engine::KnownDigests* digests = nullptr;
  const network::Backbone* backbone = nullptr;
  base::Path weights;
  base::Path cache;
  engine::Precision precision = engine::Precision::kF32;
  HeadOptions head;
  int threads = 1;      // for photos; the head is trained on one
  double fraction = 1;  // of the training photos of each class
  bool strict = false;  // an unreadable photo ends the run
  bool resume = false;
  bool resume_if_fits = false;  // with `resume`: a checkpoint of another run is noted and left
  std::string command;          // what the user typed, for the record
  const std::atomic<bool>* stop = nullptr;
};

// Wall-clock seconds of each phase; CPU seconds where the name says so.
struct RunSeconds {
  double scan = 0;
  double weights = 0;
  engine::ExtractionSeconds features;
  double train = 0;
  double train_cpu = 0;
  double evaluate = 0;
  double package = 0;
  double report = 0;
  double total = 0;
};

// Hears what happens, from one thread at a time.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  virtual void on_note(const std::string& note) = 0;
  virtual void on_dataset(const dataset::Dataset& data) = 0;
  virtual void on_extraction(std::size_t done, std::size_t total) = 0;
  virtual void on_features(const engine::Features& features) = 0;
  // The epochs that an earlier process has been through, when a run is resumed.
  virtual void on_resumed(const std::vector<EpochRecord>& history, int epochs) = 0;
  virtual void on_epoch(const EpochRecord& record, int epochs) = 0;
};

// A photo that took part: where it is, and its row.
struct SplitOutputs {
  std::vector<base::Path> paths;
  engine::LabelledLogits outputs;
  engine::Evaluation evaluation;
};

struct RunSummary {
  Ending ending = Ending::kFinished;
  std::vector<std::string> classes;
  std::vector<EpochRecord> history;
  EpochRecord best;
  SplitOutputs valid;
  std::optional<SplitOutputs> test;
  std::size_t train_photos = 0;
  std::size_t cached_photos = 0;
  std::vector<engine::PhotoFailure> failures;
  std::vector<std::string> notes;
  RunSeconds seconds;
};

// Everything that the files in the run folder are made of is in the summary. kInterrupted when
// stopped before there was anything to keep; a DiskError leaves no half-written result.
[[nodiscard]] base::Result<RunSummary> run_training(const RunOptions& options,
                                                    RunObserver& observer, base::Disk& disk,
                                                    const base::Clock& clock);

}  // namespace kennel::train
