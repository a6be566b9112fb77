# Fits where a species is by the layers at its points, and evaluates it in places that it has not seen.
#   Rscript fit.R output [column ...]
# `output` has points.csv and merged.csv. The columns are the predictors; without them all are that are neither records nor places.
# Writes evaluation.csv (a row per fold), predictions.csv (a row per point, by the model that has not seen its fold) and
# suitability.csv (a row per cell) there. Needs R alone.

arguments <- commandArgs(trailingOnly = TRUE)
if (length(arguments) == 0) stop("say in which folder points.csv and merged.csv are: Rscript fit.R output")
folder <- arguments[1]

points <- read.csv(file.path(folder, "points.csv"), check.names = FALSE)
others <- c("x", "y", "species", "presence", "fold", "gartersnake", "counties", "cover_land")
predictors <- if (length(arguments) > 1) arguments[-1] else setdiff(names(points), others)
absent <- setdiff(predictors, names(points))
if (length(absent) > 0) stop("points.csv has no column ", paste(absent, collapse = ", "))

# A column that is the same everywhere tells nothing, and a square needs three values.
distinct <- vapply(points[predictors], function(values) length(unique(na.omit(values))), 0L)
terms <- ifelse(distinct > 2, sprintf("poly(`%s`, 2)", predictors), sprintf("`%s`", predictors))[distinct > 1]
formula <- as.formula(paste("presence ~", paste(terms, collapse = " + ")))

known <- complete.cases(points[predictors])
cat(sum(points$presence), "records,", sum(points$presence == 0), "background;", sum(!known), "without some value\n")
points <- points[known, ]

# Background weighs as much as the records together, so that 0.5 is where both are as likely.
weigh <- function(presence) ifelse(presence == 1, 1, sum(presence == 1) / sum(presence == 0))
fit <- function(rows) {
  rows$weight <- weigh(rows$presence)
  suppressWarnings(glm(formula, binomial, rows, weights = weight)) # weights that are not whole
}
predicted <- function(model, rows) unname(predict(model, rows, type = "response"))

# The probability that a record has a higher value than background, by ranks (Mann and Whitney 1947).
auc <- function(value, presence) {
  records <- sum(presence == 1)
  above <- sum(rank(value)[presence == 1]) - records * (records + 1) / 2
  above / (records * sum(presence == 0))
}

folds <- sort(unique(points$fold))
points$predicted <- NA
for (fold in folds) {
  held <- points$fold == fold
  points$predicted[held] <- predicted(fit(points[!held, ]), points[held, ])
}
evaluation <- do.call(rbind, lapply(folds, function(fold) {
  rows <- points[points$fold == fold, ]
  both <- length(unique(rows$presence)) == 2
  data.frame(fold, records = sum(rows$presence), background = sum(rows$presence == 0),
             auc = if (both) auc(rows$predicted, rows$presence) else NA)
}))
print(evaluation, row.names = FALSE)
cat("mean AUC of the folds:", format(mean(evaluation$auc, na.rm = TRUE), digits = 4), "\n")

model <- fit(points)
cells <- read.csv(file.path(folder, "merged.csv"), check.names = FALSE)
cells$suitability <- NA
whole <- complete.cases(cells[predictors])
cells$suitability[whole] <- predicted(model, cells[whole, ])

write <- function(table, name) write.csv(table, file.path(folder, name), row.names = FALSE, quote = FALSE, na = "")
write(evaluation, "evaluation.csv")
write(points[c("x", "y", "presence", "fold", "predicted")], "predictions.csv")
write(cells[c("x", "y", "suitability")], "suitability.csv")
