/** @file The flag `--engine` of commands that train. */
import { nearest } from '../formats/nearest.js';
import { ENGINE_CHOICES, type EngineChoice, type TrainConfig } from '../train/config.js';
import { UsageError } from './exit.js';

/** @throws UsageError when the text names no engine */
export function readEngine(command: string, given: string | undefined): EngineChoice | undefined {
  const engine = ENGINE_CHOICES.find(name => name === given);
  if (given === undefined || engine !== undefined) return engine;
  const near = nearest(given, ENGINE_CHOICES);
  throw new UsageError(
    `${command}: --engine must be one of ${ENGINE_CHOICES.join(', ')}, got '${given}'${near ? ` - did you mean '${near}'?` : ''}`,
  );
}

/** The configuration with another engine, when there is one. */
export const withEngine = (config: TrainConfig, engine: EngineChoice | undefined): TrainConfig =>
  engine === undefined ? config : { ...config, engine };
